grant execute on function service.escrow_timers_failed(service.command), service.escrow_timers_failing()
to service_role;
