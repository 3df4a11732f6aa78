grant execute on function
service.order_publish(service.command), service.order_pause(service.command), service.order_resume(service.command),
service.order_cancel(service.command), service.order_take(service.command), service.orders_expire(integer)
to service_role;
