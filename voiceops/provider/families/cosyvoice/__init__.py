"""CosyVoice and Qwen-Audio voice design: what it is asked in, and how its voices speak."""
