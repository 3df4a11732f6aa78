"""The exchange as its traders use it: clients only, over HTTP."""
