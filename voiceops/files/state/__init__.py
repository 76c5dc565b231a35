"""What git does not keep: journal, process lock, previews."""
