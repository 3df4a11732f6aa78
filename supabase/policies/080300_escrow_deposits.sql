grant execute on function service.escrow_deposit_begin(service.command), service.escrow_deposit_place(service.command)
to service_role;
