"""What is deployed to Cloud Functions."""
