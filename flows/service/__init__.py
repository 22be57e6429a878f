"""The Prefect server's side: artifacts, automations, logs, and an investigation's own server."""
