grant execute on function service.refused_report_close(service.command) to service_role;
