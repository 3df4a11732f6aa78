grant execute on function service.escrow_commit(service.command), service.escrow_commit_many(service.command)
to service_role;
