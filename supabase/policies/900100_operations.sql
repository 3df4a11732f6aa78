grant execute on function service.housekeeping(interval) to service_role;
