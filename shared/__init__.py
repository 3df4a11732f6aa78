"""The Lambda layer: small modules that every function uses. Never imports functions/."""
