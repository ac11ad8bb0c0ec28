// Usage and costs as others see them.

export { PriceBook } from './price-book.ts';
export { type UsageQuestion, type UsageReport, UsageService } from './usage-service.ts';
