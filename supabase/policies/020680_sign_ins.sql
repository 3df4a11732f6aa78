grant execute on function
service.sign_in_record(text, text, boolean, text, uuid, uuid),
service.second_factor_begin(uuid, uuid, uuid),
service.second_factor_record(uuid, uuid, boolean, text, uuid, uuid)
to service_role;
