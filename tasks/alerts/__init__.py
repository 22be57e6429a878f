"""Alerts: from messages to kinds, unique alerts and recipients. The door is :mod:`tasks.alerts.task`."""
