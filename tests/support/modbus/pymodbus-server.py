"""A Modbus server on pymodbus, for tests.

    pymodbus-server.py <maps> tcp <port>
    pymodbus-server.py <maps> rtu <port's path> <baud>          8 data bits, 1 stop bit, no parity: a pty knows none

The maps are JSON: for each unit its addresses by the function code that reads them. Another address is answered by
exception 2; for a unit that is not there nobody answers.
"""

import asyncio
import json
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer


def unit_of(tables):
    def block(function):
        return ModbusSparseDataBlock({int(address): value for address, value in tables.get(function, {}).items()})

    return ModbusSlaveContext(co=block("1"), di=block("2"), hr=block("3"), ir=block("4"), zero_mode=True)


async def serve(maps, kind, where, *line):
    with open(maps, encoding="utf-8") as file:
        units = {int(unit): unit_of(tables) for unit, tables in json.load(file).items()}
    context = ModbusServerContext(slaves=units, single=False)
    if kind == "tcp":
        server = await StartAsyncTcpServer(context=context, address=("127.0.0.1", int(where)), defer_start=True)
    else:
        server = await StartAsyncSerialServer(
            context=context,
            framer=ModbusRtuFramer,
            port=where,
            baudrate=int(line[0]),
            ignore_missing_slaves=True,
            defer_start=True,
        )
        await server.start()
        if server.transport is None:
            sys.exit(f"{where} does not open")
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))
