grant execute on function service.order_reprice(service.command) to service_role;
