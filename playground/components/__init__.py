"""What several pages are built from: live charts, playback, style."""
