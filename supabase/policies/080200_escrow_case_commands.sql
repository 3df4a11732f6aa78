grant execute on function
service.escrow_claim(service.command), service.escrow_case_close(service.command),
service.escrow_cases_expire(integer)
to service_role;
