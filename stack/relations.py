"""What clients of PostgREST may read and write: relations, their columns, and functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from stack.stack import Stack

# Nobody signed in may do more than somebody who is: one role tells all. A column of a view is never
# null where it is a plain column of one table (then Postgres could update it) that never is.
_COLUMNS = """
select c.relname, a.attname, case when e.typtype = 'e' then e.typname else t.typname end,
    not a.attnotnull and not (
        c.relkind = 'v' and pg_column_is_updatable(c.oid, a.attnum, false) and exists (
            select from pg_rewrite as r
            join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            join pg_attribute as b on b.attrelid = d.refobjid and b.attnum = d.refobjsubid
            where r.ev_class = c.oid and d.refclassid = 'pg_class'::regclass
                and b.attname = a.attname and b.attnotnull
        )
    ),
    has_column_privilege('authenticated', c.oid, a.attnum, 'select'),
    has_column_privilege('authenticated', c.oid, a.attnum, 'insert'),
    has_column_privilege('authenticated', c.oid, a.attnum, 'update'),
    not a.attnotnull or a.atthasdef or a.attidentity <> '', t.typelem <> 0 and t.typlen = -1,
    coalesce((select array_agg(v.enumlabel::text order by v.enumsortorder)
        from pg_enum as v where v.enumtypid = e.oid), array[]::text[])
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
join pg_type as e
    on e.oid = case when t.typelem <> 0 and t.typlen = -1 then t.typelem else t.oid end
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
order by c.relname, a.attnum
"""
# Those with one argument of a row's type are columns of that relation.
_FUNCTIONS = """
select p.proname, array_agg(n.name order by n.place), array_agg(t.typname::text order by n.place),
    p.pronargs - p.pronargdefaults
from pg_proc as p
cross join lateral unnest(p.proargtypes) with ordinality as a (type, place)
cross join lateral (select coalesce(p.proargnames[a.place], '') as name, a.place) as n
join pg_type as t on t.oid = a.type
where p.pronamespace = 'public'::regnamespace and t.typtype <> 'c'
    and has_function_privilege('authenticated', p.oid, 'execute')
group by p.oid order by p.proname
"""
_BARE = """
select p.proname from pg_proc as p
where p.pronamespace = 'public'::regnamespace and p.pronargs = 0
    and has_function_privilege('authenticated', p.oid, 'execute')
order by p.proname
"""
# What a call answers: a scalar has one row without a name, a row each column of its own.
_RETURNS = """
select p.proname, p.proretset, t.typname = 'void', coalesce(f.name, ''),
    case when b.typelem <> 0 and b.typlen = -1 then e.typname else b.typname end::text,
    b.typelem <> 0 and b.typlen = -1, coalesce((
        select array_agg(v.enumlabel::text order by v.enumsortorder) from pg_enum as v
        where v.enumtypid = case when b.typelem <> 0 and b.typlen = -1 then e.oid else b.oid end
    ), array[]::text[])
from pg_proc as p
join pg_type as t on t.oid = p.prorettype
left join lateral (
    select p.proargnames[o.place] as name, o.type, o.place
    from unnest(p.proallargtypes, p.proargmodes) with ordinality as o (type, mode, place)
    where o.mode in ('t', 'o')
    union all
    select a.attname::text, a.atttypid, a.attnum
    from pg_attribute as a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
) as f on true
join pg_type as b on b.oid = coalesce(f.type, t.oid)
left join pg_type as e on e.oid = b.typelem
where p.pronamespace = 'public'::regnamespace
    and has_function_privilege('authenticated', p.oid, 'execute')
order by p.proname, f.place
"""


@dataclass(frozen=True)
class Column:
    """One column: type of Postgres (of an array, its elements'), and what clients may do."""

    name: str
    type: str
    nullable: bool
    selectable: bool
    insertable: bool
    updatable: bool
    optional: bool
    array: bool
    values: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A table or view that somebody signed in may read or write at least in part."""

    name: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class Field:
    """One column of what a function answers; of a scalar the only one, without a name."""

    name: str
    type: str
    array: bool
    values: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A function to call as /rpc/name; arguments by name with their types, the first `required`
    ones without a default. fields: of the answer, none where there is none; many: in rows."""

    name: str
    arguments: Sequence[tuple[str, str]]
    required: int
    fields: Sequence[Field]
    many: bool


@cache
def relations(stack: Stack) -> list[Relation]:
    """Every relation, by name."""
    found: dict[str, list[Column]] = {}
    with stack.connect() as connection:
        for relation, *parts, labels in connection.execute(_COLUMNS).fetchall():
            found.setdefault(relation, []).append(Column(*[*parts, tuple(labels)]))
    return [
        Relation(name, columns)
        for name, columns in found.items()
        if any(each.selectable or each.insertable or each.updatable for each in columns)
    ]


@cache
def functions(stack: Stack) -> list[Function]:
    """Every function that is called by its name alone, by name."""
    with stack.connect() as connection:
        answers: dict[str, tuple[list[Field], bool]] = {}
        for name, many, nothing, *field, labels in connection.execute(_RETURNS).fetchall():
            fields, _ = answers.setdefault(name, ([], many))
            if not nothing:
                fields.append(Field(*[*field, tuple(labels)]))
        taking = [
            Function(name, list(zip(names, types, strict=True)), required, *answers[name])
            for name, names, types, required in connection.execute(_FUNCTIONS).fetchall()
        ]
        bare = [
            Function(name, (), 0, *answers[name])
            for (name,) in connection.execute(_BARE).fetchall()
        ]
    return sorted([*taking, *bare], key=lambda each: each.name)
