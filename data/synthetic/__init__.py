"""Synthetic data for the project."""
