/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>

#include "hw/dock/dock-verbs.h"

static void
put_string (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, value);
}

static void
put_number (JsonBuilder *builder, const char *member, gint64 value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

static void
put_slot (JsonBuilder *builder, const PerronDockSlot *slot)
{
  const PerronVirtualCard *card = perron_dock_slot_get_card (slot);
  json_builder_begin_object (builder);
  put_string (builder, "reader", perron_dock_slot_is_plugged (slot) ? "plugged" : "unplugged");
  put_number (builder, "drivers", perron_dock_slot_count_drivers (slot));
  put_string (builder, "card", card != NULL ? perron_virtual_card_get_name (card) : NULL);
  if (card != NULL) {
    put_string (builder, "title", perron_virtual_card_get_title (card));
    json_builder_set_member_name (builder, "powered");
    json_builder_add_boolean_value (builder, perron_dock_slot_is_powered (slot));
    put_number (builder, "apdus", perron_virtual_card_get_apdus (card));
  }
  json_builder_end_object (builder);
}

static void
put_net (JsonBuilder *builder, const PerronDockNet *net)
{
  json_builder_begin_object (builder);
  put_string (builder, "state", perron_dock_net_state_to_string (perron_dock_net_get_state (net)));
  put_number (builder, "port", perron_dock_net_get_port (net));
  put_number (builder, "target", perron_dock_net_get_target (net));
  put_number (builder, "connections", perron_dock_net_count_connections (net));
  put_number (builder, "bytes", (gint64) perron_dock_net_count_bytes (net));
  json_builder_end_object (builder);
}

static void
put_printer (JsonBuilder *builder, PerronDockPrinter *printer)
{
  const PerronPaper *paper = perron_dock_printer_get_paper (printer);
  json_builder_begin_object (builder);
  put_string (builder, "state", perron_dock_printer_get_state (printer));
  put_number (builder, "documents", perron_paper_count_documents (paper));
  put_number (builder, "images", perron_paper_count_images (paper));
  put_number (builder, "unknown", perron_paper_count_unknown (paper));
  put_string (builder, "text", perron_paper_get_text (paper));
  put_string (builder, "partial", perron_paper_get_partial_text (paper));
  json_builder_end_object (builder);
}

/* `apdus`: every byte string that went to a tag, `commands`: what the chip was told, so that a test can say what was never asked. */
static void
put_nfc (JsonBuilder *builder, PerronDockNfc *nfc)
{
  Pn532 *chip = perron_dock_nfc_get_chip (nfc);
  const GPtrArray *apdus = pn532_get_apdus (chip);
  const GByteArray *commands = pn532_get_commands (chip);
  json_builder_set_member_name (builder, "nfc");
  json_builder_begin_object (builder);
  put_string (builder, "line", perron_dock_nfc_get_line (nfc));
  put_string (builder, "fault", perron_dock_nfc_fault_word (pn532_get_fault (chip)));
  json_builder_set_member_name (builder, "tags");
  json_builder_begin_array (builder);
  for (guint i = 0; i < pn532_count (chip); i++)
    json_builder_add_string_value (builder, pn532_get (chip, i)->name);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "apdus");
  json_builder_begin_array (builder);
  for (guint i = 0; i < apdus->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (apdus, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "commands");
  json_builder_begin_array (builder);
  for (guint i = 0; i < commands->len; i++) {
    g_autofree char *code = g_strdup_printf ("%02X", commands->data[i]);
    json_builder_add_string_value (builder, code);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static char *
finish (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
perron_dock_dup_net_status (PerronDock *dock)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  put_net (builder, dock->net);
  return finish (builder);
}

char *
perron_dock_dup_status (PerronDock *dock)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "slots");
  json_builder_begin_array (builder);
  for (guint i = 0; i < dock->slots->len; i++)
    put_slot (builder, g_ptr_array_index (dock->slots, i));
  json_builder_end_array (builder);
  if (dock->net != NULL) {
    json_builder_set_member_name (builder, "net");
    put_net (builder, dock->net);
  }
  if (dock->jack != NULL)
    put_string (builder, "jack", perron_dock_jack_get_state (dock->jack));
  if (dock->printer != NULL) {
    json_builder_set_member_name (builder, "printer");
    put_printer (builder, dock->printer);
  }
  json_builder_set_member_name (builder, "keypad");
  json_builder_add_boolean_value (builder, dock->keypad != NULL);
  if (dock->nfc != NULL)
    put_nfc (builder, dock->nfc);
  json_builder_end_object (builder);
  return finish (builder);
}
