"""What a document says, in the order in which it is told, whatever the format."""
