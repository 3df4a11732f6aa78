-- The tables of `pgbench --initialize`, for where there is no pgbench; the setting bench.scale is its --scale.
create table pgbench_history (
    tid integer, bid integer, aid integer, delta integer, mtime timestamp, filler character (22)
);
create table pgbench_tellers (
    tid integer primary key, bid integer, tbalance integer, filler character (84)
);
create table pgbench_accounts (
    aid integer primary key, bid integer, abalance integer, filler character (84)
);
create table pgbench_branches (bid integer primary key, bbalance integer, filler character (88));
insert into pgbench_branches select bid, 0, null from generate_series(1, current_setting('bench.scale')::integer) as bid;
insert into pgbench_tellers select tid, (tid - 1) / 10 + 1, 0, null
from generate_series(1, 10 * current_setting('bench.scale')::integer) as tid;
insert into pgbench_accounts
select aid, (aid - 1) / 100000 + 1, 0, '' from generate_series(1, 100000 * current_setting('bench.scale')::integer) as aid;
analyze;
