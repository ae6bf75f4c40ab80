/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

/* The smallest journey that has one of everything, and a way to break it: each test replaces one piece and says what must be said. */

#define HASH64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char small_journey[]
  = "{\"format\":1,\"id\":\"small\",\"version\":3,\"consent\":{\"version\":1,\"sha256\":{\"fr\":\"" HASH64 "\"}},\"steps\":1,\n"
    "\"special\":{\"start\":\"hello\",\"help\":\"help\",\"leave\":\"leave\",\"idle\":\"idle\",\"card\":{\n"
    "\"no-reader\":\"broken\",\"reading\":\"card\",\"mute\":\"broken\",\"removed\":\"broken\",\"not-vitale\":\"broken\",\"vitale-1\":"
    "\"broken\",\n"
    "\"unreadable\":\"broken\",\"refused\":\"broken\",\"held\":\"broken\",\"reader-fault\":\"broken\",\n"
    "\"read\":[{\"if\":[\"card.several-holders\"],\"to\":\"who\"},{\"to\":\"topic\"}]},\n"
    "\"tap\":{\"badge-known\":\"held\",\"badge\":\"held\",\"ticket\":\"held\",\"transport\":\"held\",\"identity-document\":\"held\","
    "\"health-professional\":\"held\",\n"
    "\"phone\":\"held\",\"payment\":\"held\",\"card\":\"held\",\"several\":\"held\",\"unknown\":\"held\"}},\n"
    "\"requests\":{\"rappel\":{\"consent\":\"s.agree\",\"holder\":true,\"fields\":[\"topic\",\"phone\"]}},\n"
    "\"screens\":[\n"
    "{\"id\":\"hello\",\"kind\":\"message\",\"title\":\"t\",\"explain\":\"e\",\"step\":1,\"back\":false,\"on\":{\"next\":\"card\"}},\n"
    "{\"id\":\"card\",\"kind\":\"card\",\"title\":\"t\",\"explain\":\"e\",\"picture\":\"card-insert\",\"options\":[{\"id\":\"none\","
    "\"label\":\"l\"}],"
    "\"on\":{\"choose:none\":\"topic\"}},\n"
    "{\"id\":\"broken\",\"kind\":\"card\",\"title\":\"t\",\"explain\":\"e\",\"options\":[{\"id\":\"none\",\"label\":\"l\"}],\"on\":{"
    "\"choose:none\":\"topic\"}},\n"
    "{\"id\":\"who\",\"kind\":\"holders\",\"title\":\"t\",\"explain\":\"e\",\"personal\":true,\"on\":{\"holder\":[{\"do\":[\"holder."
    "confirm\"],\"to\":\"topic\"}]}},\n"
    "{\"id\":\"topic\",\"kind\":\"choice\",\"title\":\"t\",\"explain\":\"e\",\"answer\":\"topic\",\"options\":[{\"id\":\"a\",\"label\":"
    "\"l\"},"
    "{\"id\":\"b\",\"label\":\"l\",\"picture\":\"phone\"}],\"on\":{\"choose\":\"phone\"}},\n"
    "{\"id\":\"phone\",\"kind\":\"form\",\"title\":\"t\",\"explain\":\"e\",\"personal\":true,\"fields\":[{\"id\":\"phone\",\"type\":"
    "\"phone\",\"label\":\"l\","
    "\"error\":\"e\",\"required\":true,\"personal\":true}],\"on\":{\"submit\":\"review\"}},\n"
    "{\"id\":\"review\",\"kind\":\"review\",\"title\":\"t\",\"body\":[\"s.agree\"],\"explain\":\"e\",\"personal\":true,\"rows\":["
    "{\"label\":\"l\",\"fact\":\"holder.full-name\"},{\"label\":\"l\",\"fact\":\"answer.topic\",\"edit\":\"topic\"},{\"label\":\"l\","
    "\"fact\":\"answer.phone\"}],"
    "\"options\":[{\"id\":\"yes\",\"label\":\"l\"},{\"id\":\"no\",\"label\":\"l\"}],\"on\":{\"choose:yes\":[{\"do\":[\"queue.submit:"
    "rappel\"],\"to\":\"wait\"}],"
    "\"choose:no\":\"@back\"}},\n"
    "{\"id\":\"wait\",\"kind\":\"message\",\"title\":\"t\",\"explain\":\"e\",\"back\":false,\"on\":{\"registered\":[{\"do\":[\"queue.look-"
    "up\"],\"to\":\"ticket\"}],"
    "\"not-registered\":\"lost\"}},\n"
    "{\"id\":\"lost\",\"kind\":\"error\",\"title\":\"t\",\"explain\":\"e\",\"on\":{\"next\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]}}"
    ",\n"
    "{\"id\":\"ticket\",\"kind\":\"ticket\",\"title\":\"t\",\"explain\":\"e\",\"back\":false,\"rows\":[{\"label\":\"l\",\"fact\":"
    "\"reference\"}],"
    "\"options\":[{\"id\":\"end\",\"label\":\"l\"}],\"on\":{\"choose:end\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]}},\n"
    "{\"id\":\"done\",\"kind\":\"done\",\"title\":\"t\",\"explain\":\"e\",\"back\":false,\"on\":{\"next\":[{\"do\":[\"session.wipe\"],"
    "\"to\":\"hello\"}]}},\n"
    "{\"id\":\"help\",\"kind\":\"help\",\"title\":\"t\",\"explain\":\"e\",\"on\":{\"next\":\"@return\"}},\n"
    "{\"id\":\"held\",\"kind\":\"message\",\"title\":\"t\",\"explain\":\"e\",\"on\":{\"next\":\"@return\"}},\n"
    "{\"id\":\"leave\",\"kind\":\"message\",\"title\":\"t\",\"explain\":\"e\",\"options\":[{\"id\":\"stay\",\"label\":\"l\"},{\"id\":"
    "\"go\",\"label\":\"l\"}],"
    "\"on\":{\"choose:stay\":\"@return\",\"choose:go\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]}},\n"
    "{\"id\":\"idle\",\"kind\":\"message\",\"title\":\"t\",\"explain\":\"e\",\"options\":[{\"id\":\"stay\",\"label\":\"l\"},{\"id\":\"go\","
    "\"label\":\"l\"}],"
    "\"on\":{\"choose:stay\":\"@return\",\"choose:go\":[{\"do\":[\"session.wipe\"],\"to\":\"done\"}]}}\n"
    "]}\n";

/* The small journey with the first `piece` replaced; the piece must be there. */
static inline char *
break_journey (const char *piece, const char *by)
{
  const char *at = strstr (small_journey, piece);
  if (at == NULL)
    g_error ("the small journey has no piece: %s", piece);
  return g_strdup_printf ("%.*s%s%s", (int)(at - small_journey), small_journey, by, at + strlen (piece));
}
