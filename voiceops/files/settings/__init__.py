"""voiceops.yaml: the environments and their settings."""
