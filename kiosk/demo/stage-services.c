/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage-service.h"

/* Every program of the world, in the order in which they start. They end in the opposite order. */
const PerronServiceRow perron_services[] = {
  { "xvfb",
    { "Xvfb", "-displayfd", "@DISPLAY_FD@", "-screen", "0", "@SCREEN@x24", "-nolisten", "tcp", "-noreset" },
    PERRON_READY_DISPLAY, "", TRUE, NULL },
  { "sound",
    { "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit", "-L",
      "module-native-protocol-unix socket=@RUN@/pulse auth-anonymous=1", "-L", "@SPEAKER_MODULE@" },
    PERRON_READY_SOCKET, "@RUN@/pulse", FALSE, "recorder" },
  { "recorder",
    { "parec", "--server=@SOUND_SERVER@", "--device=borne.monitor", "--file-format=wav", "--rate=22050", "--channels=1",
      "@DIR@/said@TAKE@.wav" },
    PERRON_READY_GROWS, "@DIR@/said@TAKE@.wav", TRUE, NULL },
  { "dock",
    { "@BUILD@/hw/dock/perron-dock", "--control", "@RUN@/dock", "--slot", "@RUN@/slot", "--net", "@NET_PORT@:@NGINX_PORT@", "--sound",
      "@SOUND_SERVER@", "--cards", "@SOURCE@/hw/dock/cards", "--nfc", "@RUN@/nfc-line", "--printer", "@RUN@/printer", "--keypad",
      "@RUN@/keypad", "--jack", "@RUN@/jack", "@PANEL@" },
    PERRON_READY_SOCKET, "@RUN@/dock", FALSE, NULL },
  { "pcscd",
    { "@BUILD@/hw/dock/perron-pcscd", "--socket", "@RUN@/pcscd", "--conf", "@READERS@", "--driver",
      "@BUILD@/hw/dock/libperron-ifd.so", "--dock", "@RUN@/slot" },
    PERRON_READY_SOCKET, "@RUN@/pcscd", FALSE, NULL },
  { "gateway",
    { "@BUILD@/sync/gateway/perron-gateway", "--config", "@CONF@/gateway.conf" },
    PERRON_READY_SOCKET, "@RUN@/gateway", FALSE, NULL },
  { "nginx",
    { "nginx", "-e", "stderr", "-p", "@NGINX@", "-c", "@CONF@/nginx.conf", "-g", "@NGINX_GLOBALS@" },
    PERRON_READY_PORT, "@NGINX_PORT@", FALSE, NULL },
  { "sync",
    { "@BUILD@/sync/daemon/perron-sync", "--config", "@CONF@/perron.conf" },
    PERRON_READY_AT_ONCE, "", FALSE, NULL },
  { "kiosk",
    { "@BUILD@/kiosk/app/perron-kiosk", "--config", "@CONF@/perron.conf", "--demo" },
    PERRON_READY_PAINTED, "@RUN@/observer", FALSE, NULL },
  /* After the terminal, which listens for it. It comes again by itself whenever the terminal does. */
  { "nfc",
    { "@BUILD@/hw/nfc/perron-nfc", "--config", "@CONF@/perron.conf" },
    PERRON_READY_AT_ONCE, "", FALSE, NULL },
};

const guint perron_service_count = G_N_ELEMENTS (perron_services);
