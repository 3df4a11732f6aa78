"""What stands in the addresses of invoices."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

Token = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Currency = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]
RefundId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Color = Annotated[str, Path(pattern=r"^[0-9a-f]{6}$")]
