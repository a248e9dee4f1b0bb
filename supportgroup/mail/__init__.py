"""Mail: letters owed, composed and delivered; knows a recipient, nothing of accounts or groups."""
