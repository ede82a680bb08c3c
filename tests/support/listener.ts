import type { MqttClient } from "mqtt";

/** A session that remembers what it heard, and whether it still is one. */
export class Listener {
  readonly mqtt: MqttClient;
  /** Topics, in order. */
  readonly heard: string[] = [];
  ended = false;

  constructor(mqtt: MqttClient) {
    this.mqtt = mqtt;
    mqtt.on("message", (topic) => this.heard.push(topic));
    mqtt.on("close", () => {
      this.ended = true;
    });
    mqtt.on("error", () => undefined);
  }

  subscribes(filter: string): Promise<boolean> {
    return this.mqtt.subscribeAsync(filter, { qos: 1 }).then(
      () => true,
      () => false,
    );
  }

  /** Whether what it says on a topic comes back to it. */
  async hearsItself(topic: string): Promise<boolean> {
    const before = this.heard.length;
    await this.mqtt.publishAsync(topic, "to myself", { qos: 1 });
    // A broker handles one client's packets in turn: what was to be delivered is on its way when the next is answered.
    await this.mqtt.subscribeAsync("nothing/at/all").catch(() => undefined);
    return this.heard.slice(before).includes(topic);
  }
}
