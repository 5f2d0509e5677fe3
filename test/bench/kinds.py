"""kinds.py: tables of realistic types for the bench, and encode.cpp: nanoseconds for a value of each type."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "servers"))

from pgserver import ROOT, ServerError  # noqa: E402

# Each needs a column id and a procedure load_TABLE(total, per_transaction), like measure.TABLE.
LOAD = """
CREATE PROCEDURE load_%%(table)s(total int, per_transaction int) LANGUAGE plpgsql AS $$
BEGIN
    FOR lowest IN 1 .. total BY per_transaction LOOP
        INSERT INTO %%(table)s SELECT %s FROM generate_series(lowest, least(lowest + per_transaction - 1, total)) g;
        COMMIT;
    END LOOP;
END
$$;
"""
WIDE = 25  # times four columns


def table(columns, values, after=""):
    return "CREATE TABLE %%(table)s (id bigint PRIMARY KEY, %s);\n%s%s" % (columns, after, LOAD % ("g, " + values))


KINDS = {
    # 101 columns of small values, some of them null
    "wide": table(
        ", ".join("a%d int, b%d text, c%d boolean, d%d timestamptz" % (i, i, i, i) for i in range(WIDE)),
        ", ".join("g + %d, 'value ' || g, g %%%% 2 = 0, CASE WHEN g %%%% %d <> 0 THEN '2026-01-01 00:00+00'::timestamptz "
                  "+ g * interval '1.000001 s' END" % (i, i + 2) for i in range(WIDE))),
    # documents of about 1 kB
    "jsonb": table(
        "doc jsonb",
        "jsonb_build_object('k', g, 'name', 'name-' || g, 'open', g %% 2 = 0, 'ratio', g / 7.0, 'lines', "
        "(SELECT jsonb_agg(jsonb_build_object('n', n, 'sku', md5((g * n)::text), 'price', n * 1.25, 'note', 'a \"quoted\" note')) "
        "FROM generate_series(1, 10) n))"),
    # money as banks keep it, from few digits to many
    "numerics": table(
        "a numeric(12,2), b numeric(18,4), c numeric(38,10), d numeric, e double precision, f real, g money",
        "g / 100.0, g * 12345.6789, g * 1234567890123456789.0123456789, g / 7.0, g / 7.0::float8, g / 7.0::float4, "
        "(g / 100.0)::numeric::money"),
    "arrays": table(
        "i int[], t text[], n numeric(12,2)[], z timestamptz[]",
        "ARRAY[g, g + 1, NULL, g + 3, g + 4, g + 5, g + 6, g + 7], ARRAY['a', 'b c', 'd \"e\"', md5(g::text)], "
        "ARRAY[g / 100.0, g / 10.0, NULL], ARRAY['2026-01-01 00:00+00'::timestamptz, '2026-01-01 00:00+00'::timestamptz "
        "+ g * interval '1 s']"),
    # a value of 8 kB out of line, not compressed
    "toast": table("n int, body text", "g, repeat(md5(g::text), 256)",
                   "ALTER TABLE %(table)s ALTER body SET STORAGE EXTERNAL;\n"),
}
READERS = ("plugin_penstock", "plugin_wal2json", "worker_null")


def run(_pg_bin):
    """Prints what encode.cpp measures; it is linked with the code that was built for the server."""
    library = os.path.join(ROOT, "extension", "libpenstock_pure.a")
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as directory:
        program = os.path.join(directory, "encode")
        done = subprocess.run(["g++", "-O2", "-std=c++17", "-I", ROOT, "-o", program, os.path.join(HERE, "encode.cpp"),
                               library], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError("cannot compile encode.cpp: %s" % done.stderr)
        done = subprocess.run([program, os.environ.get("MILLISECONDS") or "200"], capture_output=True, text=True,
                              check=False)
    if done.returncode != 0:
        raise ServerError("encode: %s" % done.stderr)
    print("\nOne value from PostgreSQL's stored form to JSON, on one processor:\n%s" % done.stdout, flush=True)
