/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The row of PerronGatewayCounts, `waits` being the predicate of their index task_waiting (dest, seq). That index alone says how many
 * wait and, a step a caisse, which came first (of `SELECT DISTINCT dest` or `min (stored_ms)` both databases would make a way through all). ">="
 * and not "=": ordered by seq alone, PostgreSQL may take the way of all numbers, past every acknowledged envelope (measured: 2.7 s).
 */
#define PERRON_COUNT_SQL(waits)                                                                                                              \
  "WITH RECURSIVE caisse (dest) AS (SELECT (SELECT min (dest) FROM task WHERE " waits ") UNION ALL"                                         \
  " SELECT (SELECT min (t.dest) FROM task AS t WHERE " waits " AND t.dest > caisse.dest) FROM caisse WHERE caisse.dest IS NOT NULL)"        \
  " SELECT (SELECT count (*) FROM task WHERE " waits "), (SELECT count (*) FROM receipt), coalesce (min (stored_ms), 0)"                    \
  " FROM (SELECT (SELECT stored_ms FROM task AS t WHERE " waits " AND t.dest >= caisse.dest ORDER BY dest, seq LIMIT 1) AS stored_ms FROM caisse)" \
  " AS first"
