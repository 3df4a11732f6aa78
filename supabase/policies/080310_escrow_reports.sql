grant execute on function
service.rail_reports_due(integer), service.rail_report_applied(bigint, text),
service.rail_report_failed(bigint, text)
to service_role;
