"""Small widgets that draw. They are told facts and know nothing else; what a person wants goes up as messages."""
