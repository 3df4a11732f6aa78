grant execute on function
service.rail_differences_remind(), service.rail_difference_close(service.command)
to service_role;
