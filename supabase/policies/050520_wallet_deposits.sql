grant execute on function
service.wallet_deposit_begin(service.command), service.wallet_deposit_place(service.command)
to service_role;
