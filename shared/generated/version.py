"""The version of Holdfast. Written by make gen."""

VERSION = "0.1.0"
