"""Two requests a task; every one of the first kind is from another client, over all phases of a run."""
import uuid

from locust import HttpUser, constant, task


class Client(HttpUser):
    wait_time = constant(0)

    @task
    def quote(self):
        self.client.get(f"/quote/A?client={uuid.uuid4()}", name="/quote")
        self.client.get("/health")
