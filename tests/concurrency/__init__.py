"""Real parallel transactions on PostgreSQL, each promise with a control that breaks without its lock."""
