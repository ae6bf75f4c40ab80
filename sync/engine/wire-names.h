/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The names of the wire, for encoder and parser alone. `.example` until the names are agreed with the receiving side (RFC 2606). */
#define WIRE_BASE "https://perron.example/fhir/"
#define WIRE_SYSTEM_TYPE WIRE_BASE "CodeSystem/type"
#define WIRE_SYSTEM_INPUT WIRE_BASE "CodeSystem/input"
#define WIRE_SYSTEM_TERMINAL WIRE_BASE "identifier/terminal"
#define WIRE_SYSTEM_CAISSE WIRE_BASE "identifier/caisse"
#define WIRE_EXT_SHA256 WIRE_BASE "StructureDefinition/sha256"
#define WIRE_EXT_SUITE WIRE_BASE "StructureDefinition/suite"
#define WIRE_EXT_SIGNATURE WIRE_BASE "StructureDefinition/signature"
#define WIRE_EXT_RECEIVED WIRE_BASE "StructureDefinition/received"
#define WIRE_EXT_NUMBER WIRE_BASE "StructureDefinition/number"
#define WIRE_EXT_TIME WIRE_BASE "StructureDefinition/time"
#define WIRE_EXT_AFTER_NUMBER WIRE_BASE "StructureDefinition/after-number"
#define WIRE_EXT_AFTER_SHA256 WIRE_BASE "StructureDefinition/after-sha256"
#define WIRE_CODE_HEAD "tete-journal"
#define WIRE_CODE_SEALED "demande-scellee"
#define WIRE_CODE_ENVELOPE "enveloppe"
#define WIRE_TYPE_CMS "application/cms"
