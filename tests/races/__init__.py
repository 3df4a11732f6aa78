"""What happens at the same moment: commands on real connections that meet on the same rows."""
