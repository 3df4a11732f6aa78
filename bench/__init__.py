"""Speed of Holdfast, measured side by side with a yardstick on one server."""
