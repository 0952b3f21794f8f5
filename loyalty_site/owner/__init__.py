"""The owner's back office: two scoped admin sites."""
