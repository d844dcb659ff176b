"""What is kept: meetings, transcripts, exports."""
