"""What people declare: found, read, checked, edited, and brought into one form."""
