"""CosyVoice and Qwen-Audio voice design: the actions of `voice-enrollment`, and speech."""
