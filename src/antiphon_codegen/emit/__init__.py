"""The text of every declaration in the plan. Emitters choose no names."""
