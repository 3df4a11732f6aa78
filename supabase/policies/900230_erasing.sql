grant execute on function service.erasures_step(integer) to service_role;
