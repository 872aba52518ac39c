"""How a user's file becomes rows."""
