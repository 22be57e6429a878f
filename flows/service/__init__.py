"""The Prefect server's side: artifacts, automations, logs, and a server of one's own."""
