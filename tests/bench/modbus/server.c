/*
 * A Modbus TCP server on libmodbus for the bench: one process, many connections, input registers that move.
 *
 *   server <port> <share of registers that change with each reply, in percent> <seed>
 *
 * Register 0 holds the layout 0x0100 and register 1 the state 2 (standby); the others walk at random by up to 3. One line
 * "ready" on stdout when it listens. It ends by a signal.
 */
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

enum { REGISTERS = 125, FIRST_MOVING = 2, WAITING = 64 };

static uint32_t state;
static uint32_t chance(void) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

static void move(uint16_t *registers, unsigned percent) {
  for (int at = FIRST_MOVING; at < REGISTERS; at++) {
    if (chance() % 100 >= percent) continue;
    int step = (int)(chance() % 6) - 3;
    if (step >= 0) step++;
    registers[at] = (uint16_t)(1000 + (registers[at] - 1000 + step + 2000) % 2000);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  unsigned percent = (unsigned)atoi(argv[2]);
  state = (uint32_t)atoi(argv[3]);
  modbus_t *context = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
  modbus_mapping_t *map = modbus_mapping_new(0, 0, 0, REGISTERS);
  if (context == NULL || map == NULL) return 70;
  for (int at = 0; at < REGISTERS; at++) map->tab_input_registers[at] = (uint16_t)(1000 + at);
  map->tab_input_registers[0] = 0x0100;
  map->tab_input_registers[1] = 2;
  int listener = modbus_tcp_listen(context, WAITING);
  if (listener < 0) { perror("listen"); return 69; }
  printf("ready\n");
  fflush(stdout);

  fd_set known;
  FD_ZERO(&known);
  FD_SET(listener, &known);
  int highest = listener;
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    fd_set ready = known;
    if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) {
      if (errno == EINTR) continue;
      return 71;
    }
    for (int fd = 0; fd <= highest; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd == listener) {
        int accepted = modbus_tcp_accept(context, &listener);
        if (accepted < 0) continue;
        FD_SET(accepted, &known);
        if (accepted > highest) highest = accepted;
        continue;
      }
      modbus_set_socket(context, fd);
      int length = modbus_receive(context, request);
      if (length > 0) {
        move(map->tab_input_registers, percent);
        modbus_reply(context, request, length, map);
      } else if (length < 0) {
        close(fd);
        FD_CLR(fd, &known);
      }
    }
  }
}
