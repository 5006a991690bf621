"""What people read: tables, the results page, the report, and published figures beside ours."""
