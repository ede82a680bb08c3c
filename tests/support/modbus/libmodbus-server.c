/*
 * A Modbus server on libmodbus, for tests and benches.
 *
 *   libmodbus-server <map> tcp <port> [<share of registers that move, %> <seed>]
 *   libmodbus-server <map> rtu <port's path> <baud> <unit>          8 data bits, even parity, 1 stop bit
 *
 * The map has a line for each address that exists: the function code that reads it (1 to 4), the address and its value.
 * A read that touches another address is answered by exception 2. With a share, input registers from 2 on walk at random
 * by up to 3 around 1000 to 2999 with each reply. It says "ready" when it listens, then "other <function>" for every request
 * that is none of the four reads, and ends by a signal.
 */
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

enum { COILS = 1, INPUTS = 2, HOLDING = 3, INPUT = 4, ADDRESSES = 65536, FIRST_MOVING = 2, WAITING = 64 };

static modbus_t *context;
static modbus_mapping_t *map;
static uint8_t exists[5][ADDRESSES];
static unsigned moving_percent;
static uint32_t state;

static uint32_t chance(void) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

static int read_map(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) return -1;
  unsigned function, address, value;
  while (fscanf(file, "%u %u %u", &function, &address, &value) == 3) {
    if (function < COILS || function > INPUT || address >= ADDRESSES) return -1;
    exists[function][address] = 1;
    if (function == COILS) map->tab_bits[address] = (uint8_t)value;
    else if (function == INPUTS) map->tab_input_bits[address] = (uint8_t)value;
    else if (function == HOLDING) map->tab_registers[address] = (uint16_t)value;
    else map->tab_input_registers[address] = (uint16_t)value;
  }
  fclose(file);
  return 0;
}

static void move(unsigned address, unsigned count) {
  for (unsigned at = address; at < address + count && at < ADDRESSES; at++) {
    if (at < FIRST_MOVING || chance() % 100 >= moving_percent) continue;
    int step = (int)(chance() % 6) - 3;
    if (step >= 0) step++;
    int now = map->tab_input_registers[at];
    map->tab_input_registers[at] = (uint16_t)(1000 + (now - 1000 + step + 2000) % 2000);
  }
}

static void answer(const uint8_t *request, int length) {
  const uint8_t *pdu = request + modbus_get_header_length(context);
  unsigned function = pdu[0], address = (unsigned)(pdu[1] << 8 | pdu[2]), count = (unsigned)(pdu[3] << 8 | pdu[4]);
  if (function < COILS || function > INPUT) {
    printf("other %u\n", function);
    fflush(stdout);
    modbus_reply_exception(context, request, MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
    return;
  }
  for (unsigned at = address; at < address + count; at++) {
    if (at < ADDRESSES && exists[function][at]) continue;
    modbus_reply_exception(context, request, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
    return;
  }
  if (moving_percent > 0 && function == INPUT) move(address, count);
  modbus_reply(context, request, length, map);
}

static int serve_line(void) {
  uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];
  if (modbus_connect(context) < 0) return 69;
  puts("ready");
  fflush(stdout);
  for (;;) {
    int length = modbus_receive(context, request);
    if (length > 0) answer(request, length);
    else if (length < 0 && errno != EMBBADCRC && errno != ETIMEDOUT) return 71;
  }
}

static int serve_network(void) {
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  int listener = modbus_tcp_listen(context, WAITING);
  if (listener < 0) return 69;
  puts("ready");
  fflush(stdout);
  fd_set known;
  FD_ZERO(&known);
  FD_SET(listener, &known);
  for (int highest = listener;;) {
    fd_set ready = known;
    if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) continue;
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
      if (length > 0) answer(request, length);
      if (length >= 0) continue;
      close(fd);
      FD_CLR(fd, &known);
    }
  }
}

int main(int argc, char **argv) {
  map = modbus_mapping_new(ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES);
  if (argc < 4 || map == NULL || read_map(argv[1]) < 0) return 64;
  if (strcmp(argv[2], "rtu") == 0 && argc == 6) {
    context = modbus_new_rtu(argv[3], atoi(argv[4]), 'E', 8, 1);
    if (context == NULL || modbus_set_slave(context, atoi(argv[5])) < 0) return 64;
    return serve_line();
  }
  if (strcmp(argv[2], "tcp") != 0) return 64;
  if (argc == 6) {
    moving_percent = (unsigned)atoi(argv[4]);
    state = (uint32_t)atoi(argv[5]);
  }
  context = modbus_new_tcp("127.0.0.1", atoi(argv[3]));
  return context == NULL ? 64 : serve_network();
}
